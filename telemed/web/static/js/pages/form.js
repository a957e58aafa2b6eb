// A patient's form: the focus goes to what is to be put right.

import { focusFirstError } from "../errors.js";

focusFirstError();

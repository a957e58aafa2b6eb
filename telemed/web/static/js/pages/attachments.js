// The files of a case on a page of their own.

import { wireAttachments } from "../attachments.js";
import "./professional.js";

wireAttachments();

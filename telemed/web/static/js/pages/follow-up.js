// The sheet of a follow-up: a closer look at one curve.

import { wireZoom } from "../zoom.js";

wireZoom();

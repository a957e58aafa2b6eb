// The sheet of a follow-up: the patients around, by key, and a closer look at one curve.

import { followLink, makeKeys } from "../board-keys.js";
import { wireZoom } from "../zoom.js";

wireZoom();
makeKeys({ j: followLink('[rel="next"]'), k: followLink('[rel="prev"]'), u: followLink("[data-back]") });

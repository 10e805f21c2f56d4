// What a hand needs. A page fetches this script where a hand can take hold of a picture, or when a
// reader first turns to one.
import { Handles } from "./handles.js";
import { Readout } from "./readout.js";

globalThis.vgTouch = { Handles, Readout };

// The door: the Worker's routes and the object's class. Nothing else.
export { Group } from "./group/group.ts";
export { app as default } from "./http/app.ts";

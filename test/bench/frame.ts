// The event and the frame of the bench, with the length of a progress report.

export const DATA = { progress: 0.5, stage: "rendering", note: "x".repeat(140) };

export const FRAME = JSON.stringify(DATA);

/** The event that a backend posts to send the frame. */
export const EVENT = JSON.stringify({ type: "send.message", message: DATA });

// The frame that everybody sends in the bench: the event a backend posts, and the text its receivers get. As long as a progress report is.

export const DATA = { progress: 0.5, stage: "rendering", note: "x".repeat(140) };

export const FRAME = JSON.stringify(DATA);

/** What a backend posts to have it sent. */
export const EVENT = JSON.stringify({ type: "send.message", message: DATA });

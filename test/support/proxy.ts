// A wire between a browser and the Worker that a test can silence: packets wait and connections stay, as in a lift or a tunnel. Tests nothing.
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { portOf } from "./port.ts";

export interface Wire {
  /** Where the Worker answers, by this wire. */
  readonly url: string;
  silence(): void;
  resume(): void;
}

export async function openWire(server: string): Promise<Wire> {
  const ends = new Set<Socket>();
  let isSilent = false;
  const listener = createServer((near) => {
    const far = connect(Number(new URL(server).port), "localhost");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on("data", (data) => to.write(data));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        ends.delete(from);
        to.destroy();
      });
      if (isSilent) from.pause();
    }
  }).listen(0, "localhost");
  const port = await portOf(listener);
  onTestFinished(() => {
    listener.close();
    for (const end of ends) end.destroy();
  });
  return {
    url: `http://localhost:${port}`,
    silence() {
      isSilent = true;
      for (const end of ends) end.pause();
    },
    resume() {
      isSilent = false;
      for (const end of ends) end.resume();
    },
  };
}

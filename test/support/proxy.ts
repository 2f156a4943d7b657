// A TCP proxy between a browser and the Worker. A test can stall it: connections stay open while
// packets wait, as in a tunnel.
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { portOf } from "./port.ts";

export interface StallableProxy {
  /** URL of the Worker through the proxy. */
  readonly url: string;
  stall(): void;
  resume(): void;
}

export async function openProxy(server: string): Promise<StallableProxy> {
  const ends = new Set<Socket>();
  let isStalled = false;
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
      if (isStalled) from.pause();
    }
  }).listen(0, "localhost");
  const port = await portOf(listener);
  onTestFinished(() => {
    listener.close();
    for (const end of ends) end.destroy();
  });
  return {
    url: `http://localhost:${port}`,
    stall() {
      isStalled = true;
      for (const end of ends) end.pause();
    },
    resume() {
      isStalled = false;
      for (const end of ends) end.resume();
    },
  };
}

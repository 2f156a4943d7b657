// A wire between a browser and the Worker that a test can silence: packets wait and connections stay, as in a lift or a tunnel. Tests nothing.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Wire {
  /** Where the Worker answers, by this wire. */
  readonly url: string;
  /** How many connections there were. */
  readonly connections: () => number;
  silence(): void;
  resume(): void;
}

export async function openWire(server: string): Promise<Wire> {
  const ends = new Set<Socket>();
  let isSilent = false;
  let connections = 0;
  const listener = createServer((near) => {
    connections += 1;
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
  await once(listener, "listening");
  onTestFinished(() => {
    listener.close();
    for (const end of ends) end.destroy();
  });
  const { port } = listener.address() as AddressInfo; // listening on a port, so it is not a pipe's name
  return {
    url: `http://localhost:${port}`,
    connections: () => connections,
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

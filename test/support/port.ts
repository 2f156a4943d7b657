// Ports chosen by the operating system.
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

/** Waits until the server listens. Returns its port. */
export async function portOf(listener: Server): Promise<number> {
  if (!listener.listening) await once(listener, "listening");
  return (listener.address() as AddressInfo).port; // a pipe's name is a string; these servers listen on ports
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const listener = createServer().listen(0);
  const port = await portOf(listener);
  listener.close();
  await once(listener, "close");
  return port;
}

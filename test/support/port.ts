// Ports that the system chooses. Listens for nobody.
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

/** Where a server listens that has been told to listen on any port; waits until it does. */
export async function portOf(listener: Server): Promise<number> {
  if (!listener.listening) await once(listener, "listening");
  return (listener.address() as AddressInfo).port; // listening on a port, so it is not a pipe's name
}

/** One that nobody listens on. */
export async function freePort(): Promise<number> {
  const listener = createServer().listen(0);
  const port = await portOf(listener);
  listener.close();
  await once(listener, "close");
  return port;
}

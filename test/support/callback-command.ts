// Runs `npm run callback`, as the README has it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command against `server`, with its output, whether it succeeds or not. */
export async function callbackCommand(server: string, ...args: readonly string[]): Promise<Ran> {
  const command = ["run", "-s", "callback", "--", "--port", new URL(server).port, ...args];
  try {
    return { code: 0, ...(await promisify(execFile)("npm", command)) };
  } catch (error) {
    return error as Ran; // execFile rejects with this when a command fails
  }
}

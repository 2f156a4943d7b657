// Runs `npm run callback` as the README shows it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command against `server`. Returns its output, also if it fails. */
export async function callbackCommand(server: string, ...args: readonly string[]): Promise<CommandResult> {
  const command = ["run", "-s", "callback", "--", "--port", new URL(server).port, ...args];
  try {
    return { code: 0, ...(await promisify(execFile)("npm", command)) };
  } catch (error) {
    return error as CommandResult; // the value that execFile rejects with if a command fails
  }
}

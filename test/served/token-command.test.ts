// `npm run token` of docs/tokens.md: prints valid tokens, and an error for invalid arguments.
import { execFile } from "node:child_process";
import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";
import { verifyToken } from "../../src/tokens/verify.ts";

const settings = {
  secrets: [settingIn(DEVELOPMENT_FILE, "TOKEN_SECRET")],
  maxSeconds: 86_400,
  jwksUrl: null,
  issuer: null,
  audience: null,
};

/** Runs the command. Returns its output, also if it fails. */
async function command(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)("npm", ["run", "-s", "token", "--", ...args])) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }; // the value that execFile rejects with if a command fails
  }
}

describe("npm run token", () => {
  it("prints a token that is valid for an hour", async () => {
    const began = Date.now();
    const { code, stdout } = await command("--group", "feed_news", "--sub", "ann");
    expect(code).toBe(0);
    const read = await verifyToken(stdout.trim(), settings, Date.now());
    expect(read).toMatchObject({ value: { sub: "ann", groups: ["feed_news"], publish: false, info: null } });
    const expiresAt = read.ok ? read.value.expiresAt : 0;
    expect(expiresAt).toBeGreaterThan(began + 3_599_000); // exp is in whole seconds
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  it("prints a token with all claims", async () => {
    const info = '{"name":"Ann"}';
    const args = [
      "--group",
      "feed_*",
      "--group",
      "alarm",
      "--sub",
      "ann",
      "--publish",
      "--info",
      info,
      "--seconds",
      "60",
    ];
    const { stdout } = await command(...args);
    const expected = { sub: "ann", groups: ["feed_*", "alarm"], publish: true, info: { name: "Ann" } };
    expect(await verifyToken(stdout.trim(), settings, Date.now())).toMatchObject({ value: expected });
    const later = Date.now() + 61_000;
    expect(await verifyToken(stdout.trim(), settings, later)).toMatchObject({ reason: { reason: "token_expired" } });
  });

  it("prints a token with an issuer and an audience", async () => {
    const strict = { ...settings, issuer: "https://shop.example", audience: "belfry" };
    const args = ["--group", "alarm", "--sub", "ann"];
    const verdictOf = async (...more: string[]) =>
      (await verifyToken((await command(...args, ...more)).stdout.trim(), strict, Date.now())).ok;
    expect(await verdictOf("--issuer", "https://shop.example", "--audience", "belfry")).toBe(true);
    expect(await verdictOf()).toBe(false);
  });

  it("signs with the secret of another file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "belfry-token-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "vars");
    const secret = "a secret of this test, long enough";
    await writeFile(file, `TOKEN_SECRET="${secret}"\n`);
    const { stdout } = await command("--group", "alarm", "--sub", "ann", "--env-file", file);
    expect(await verifyToken(stdout.trim(), { ...settings, secrets: [secret] }, Date.now())).toMatchObject({
      ok: true,
    });
    expect(await verifyToken(stdout.trim(), settings, Date.now())).toMatchObject({ ok: false });
    await writeFile(file, "");
    const unset = await command("--group", "alarm", "--sub", "ann", "--env-file", file);
    expect(unset).toMatchObject({ code: 1, stdout: "", stderr: `${file} sets no TOKEN_SECRET\n` });
  });

  it.each([
    [[], /^npm run token/],
    [["--sub", "ann"], /^groups must be/],
    [["--group", "feed_news"], /^sub must be/],
    [["--group", "feed news", "--sub", "ann"], /^groups must be/],
    [["--group", "alarm", "--sub", "ann", "--info", "{name:Ann}"], /^--info is JSON/],
    [["--group", "alarm", "--sub", "ann", "--seconds", "soon"], /^--seconds is/],
    [["--group", "alarm", "--sub", "ann", "--colour", "red"], /--colour/],
    [["alarm", "--sub", "ann"], /alarm/],
  ])("prints an error for %j", async (args, message) => {
    const { code, stdout, stderr } = await command(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).toContain("npm run token -- --group feed_news --sub ann");
  });
});

// `npm run token -- …`: prints a token, signed with the TOKEN_SECRET of the development settings.
// In production your backend signs tokens: the development secret is public.
import { parseArgs } from "node:util";
import { SignJWT } from "jose/jwt/sign";
import { tokenOf } from "../src/core/token.ts";
import { DEVELOPMENT_FILE, settingIn } from "./development.ts";

const USAGE = `npm run token -- --group feed_news --sub ann [--publish] [--info '{"name":"Ann"}'] [--seconds 3600]
  --group     the name of a group, or a beginning with * behind it; may stand several times
  --sub       who comes in
  --publish   may publish into those groups as well
  --info      what others see of them, as JSON
  --seconds   how long from now
  --issuer    what TOKEN_ISSUER is, if it is set; --audience likewise
  --env-file  where TOKEN_SECRET stands: ${DEVELOPMENT_FILE}, as for npm start`;

/** Invalid arguments. The usage is printed. */
class Misuse extends Error {}

try {
  console.log(await token());
} catch (error) {
  const { message } = error as Error; // only errors are thrown here
  console.error(error instanceof Misuse ? `${message}\n\n${USAGE}`.trim() : message);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        group: { type: "string", multiple: true, default: [] },
        sub: { type: "string", default: "" },
        publish: { type: "boolean", default: false },
        info: { type: "string", default: "null" },
        seconds: { type: "string", default: "3600" },
        issuer: { type: "string" },
        audience: { type: "string" },
        "env-file": { type: "string", default: DEVELOPMENT_FILE }, // as `npm start`
      },
    }).values;
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error }); // parseArgs names the invalid option
  }
}

async function token(): Promise<string> {
  const { group: groups, sub, publish, info, seconds, "env-file": file, ...set } = readArguments();
  if (sub === "" && groups.length === 0) throw new Misuse("");
  if (!/^\d{1,9}$/.test(seconds)) throw new Misuse("--seconds is a whole number");
  const now = Math.floor(Date.now() / 1000);
  const optionalClaims = {
    ...(set.issuer === undefined ? {} : { iss: set.issuer }),
    ...(set.audience === undefined ? {} : { aud: set.audience }),
  };
  const claims = { sub, groups, publish, info: json(info), iat: now, exp: now + Number(seconds), ...optionalClaims };
  const read = tokenOf(claims); // the Worker's own checks
  if (!read.ok) throw new Misuse(read.reason.detail);
  const secret = settingIn(file, "TOKEN_SECRET");
  if (secret === "") throw new Error(`${file} sets no TOKEN_SECRET`);
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(new TextEncoder().encode(secret));
}

function json(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Misuse("--info is JSON, in quotes that your shell leaves alone");
  }
}

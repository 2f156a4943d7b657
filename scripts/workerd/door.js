// Runs in workerd in front of the Worker: serves static files and names the client's address, as
// Cloudflare does, and passes all other requests on.
import { WorkerEntrypoint } from "cloudflare:workers";
import files from "./files.json";
import worker from "./worker.js";

export * from "./worker.js";

const { answers, workerFirst } = files;

export default {
  fetch(request, env, ctx) {
    // A Host header that is none makes a URL that is none: the Worker answers.
    if (!URL.canParse(request.url)) return worker.fetch(request, env, ctx);
    const { pathname } = new URL(request.url);
    const isRead = request.method === "GET" || request.method === "HEAD";
    const answer = isRead && !workerFirst.includes(pathname) ? answers[pathname] : undefined;
    return answer === undefined ? worker.fetch(withAddress(request, env), env, ctx) : serve(answer, request, env);
  },
};

/**
 * The request with the client's address in the header that Cloudflare sets, whatever the client sent:
 * the last entry of the trusted proxy's header, or the address of the connection. Behind a proxy the
 * scheme is the one that the browser used.
 */
function withAddress(request, { TRUSTED_ADDRESS_HEADER: trusted }) {
  const named = trusted ? request.headers.get(trusted)?.split(",").at(-1)?.trim() : undefined;
  const address = named ?? request.cf?.clientIp;
  const url = new URL(request.url);
  if (trusted && request.headers.get("X-Forwarded-Proto") === "https") url.protocol = "https:";
  const forwarded = new Request(url, request);
  forwarded.headers.delete("CF-Connecting-IP");
  if (address) forwarded.headers.set("CF-Connecting-IP", address);
  return forwarded;
}

/** The Worker's binding of static files. */
export class Files extends WorkerEntrypoint {
  fetch(request) {
    const answer = answers[new URL(request.url).pathname];
    return answer === undefined ? new Response(null, { status: 404 }) : serve(answer, request, this.env);
  }
}

async function serve({ file, headers, location }, request, env) {
  if (location !== undefined) return new Response(null, { status: 307, headers: { location } });
  if (request.headers.get("If-None-Match") === headers.etag) return new Response(null, { status: 304, headers });
  const found = await env.FOLDER_OF_FILES.fetch(new URL(file, "http://folder/"), { method: request.method });
  const length = found.headers.get("Content-Length");
  return new Response(found.body, {
    status: found.status,
    headers: length === null ? headers : { ...headers, "Content-Length": length },
  });
}

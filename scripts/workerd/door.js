// Runs in workerd in front of the Worker: serves static files, as Cloudflare does, and passes all
// other requests on.
import { WorkerEntrypoint } from "cloudflare:workers";
import files from "./files.json";
import worker from "./worker.js";

export * from "./worker.js";

const { answers, workerFirst } = files;

export default {
  fetch(request, env, ctx) {
    // A Host header that is none makes a URL that is none: the Worker answers.
    const pathname = URL.canParse(request.url) ? new URL(request.url).pathname : "";
    const isRead = request.method === "GET" || request.method === "HEAD";
    const answer = isRead && !workerFirst.includes(pathname) ? answers[pathname] : undefined;
    return answer === undefined ? worker.fetch(request, env, ctx) : serve(answer, request, env);
  },
};

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

// Reads the body of a response up to a size limit, whatever its Content-Length states.

/** Returns the body; null if it is longer than `maxBytes`. Throws if the connection is lost. */
export async function boundedBytes(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}

/**
 * Returns the body as text; null if it is longer than `maxBytes` or not UTF-8. Throws if the
 * connection is lost.
 */
export async function boundedText(response: Response, maxBytes: number): Promise<string | null> {
  const body = await boundedBytes(response, maxBytes);
  try {
    return body === null ? null : new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return null; // TypeError: not UTF-8
  }
}

// The body of an answer, read up to a bound; the length that the answer states is not trusted.

/** The body; null where it has more than `bytes` bytes. Throws where the connection is lost. */
export async function boundedBytes(response: Response, bytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    length += value.length;
    if (length > bytes) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}

/** The text of a body in UTF-8; null where it has more than `bytes` bytes or is not UTF-8. Throws where the connection is lost. */
export async function boundedText(response: Response, bytes: number): Promise<string | null> {
  const body = await boundedBytes(response, bytes);
  try {
    return body === null ? null : new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return null; // TypeError: not UTF-8
  }
}

/** A row with the largest values, manifest and merge that the console takes is shorter; in bytes. */
const longestLine = 256 * 1024 * 1024;

/** The lines of a text that comes in pieces; a last one without its line feed is an error, for it was cut. */
export async function* linesIn(
  bytes: AsyncIterable<Uint8Array>,
  damaged: (reason: string) => Error,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    let from = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, from)) {
      yield Buffer.concat([...parts, piece.subarray(from, end)]).toString('utf8');
      parts = [];
      length = 0;
      from = end + 1;
    }
    length += piece.length - from;
    if (length > longestLine) throw damaged(`a record is longer than ${longestLine} bytes`);
    if (from < piece.length) parts.push(piece.subarray(from));
  }
  if (length > 0) throw damaged('its last record is cut');
}

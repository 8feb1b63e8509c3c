/** The editor works with line feeds; a text that came with CRLF goes back with CRLF. */
export function withLineEndsOf(original: string, edited: string): string {
  return original.includes('\r\n') ? edited.replaceAll(/\r?\n/g, '\r\n') : edited;
}

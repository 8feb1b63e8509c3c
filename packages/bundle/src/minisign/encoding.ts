/** Standard base64 (RFC 4648, section 4) decoded; undefined when the text is not exactly what encoding gives back. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** A key ID as minisign prints it: the little-endian 64-bit number in upper-case hex. */
export function keyIdText(id: Buffer): string {
  return Buffer.from(id).reverse().toString('hex').toUpperCase();
}

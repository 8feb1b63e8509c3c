/* Text that means something only as a whole. */

/** Whether a text holds certificates or keys (RFC 7468). */
export function isPem(value: string): boolean {
  return value.includes('-----BEGIN ');
}

/** Whether a text is encoded data (base64) in lines of one length. */
export function isEncoded(value: string): boolean {
  const lines = value.split('\n').filter((line) => line.trim() !== '');
  return (
    lines.length > 0 &&
    lines.every(
      (line, at) =>
        /^\s*[A-Za-z0-9+/_-]+={0,2}\s*$/.test(line) && (line.trim().length >= 40 || at === lines.length - 1),
    ) &&
    (lines[0]?.trim().length ?? 0) >= 40
  );
}

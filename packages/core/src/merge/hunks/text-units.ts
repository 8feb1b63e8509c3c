import { splitLines } from '../pieces.ts';

/**
 * What a text is compared by: its lines with their line ends, and each certificate or key in it as one (RFC 7468), because half of one and half of
 * another is none.
 */
export function textUnits(text: string): readonly string[] {
  const units: string[] = [];
  let pem: { readonly label: string; readonly lines: string[] } | undefined;
  const endWithout = (): void => {
    units.push(...(pem?.lines.splice(0) ?? []));
    pem = undefined;
  };
  for (const line of splitLines(text)) {
    const begun = /^\s*-----BEGIN ([^-\n]{1,64})-----\s*$/.exec(line)?.[1];
    if (begun !== undefined) {
      endWithout();
      pem = { label: begun, lines: [line] };
    } else if (pem === undefined) units.push(line);
    else {
      pem.lines.push(line);
      if (line.trim() !== `-----END ${pem.label}-----`) continue;
      units.push(pem.lines.join(''));
      pem = undefined;
    }
  }
  endWithout();
  return units;
}

const mebibyte = 2 ** 20;

/** A size for a person: `512.0 MiB`, `1.5 GiB`. */
export function sizeText(bytes: number): string {
  const mebibytes = bytes / mebibyte;
  return mebibytes < 1024 ? `${mebibytes.toFixed(1)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** Disks of an OVA are sent compressed; unpacked they take about this many times as much. */
export const unpackedFactor = 4;

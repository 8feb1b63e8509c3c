/**
 * What Node.js is started with. V8 lets the space for young objects grow to 128 MiB, and what has been thrown away stays there until it is full; of 4 MiB
 * neither an upgrade nor a bundle needs more processor time (`npm run bench -- cluster`, `-- bundle rebuilt-image`).
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=2'];

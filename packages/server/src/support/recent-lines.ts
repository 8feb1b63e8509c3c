const mostCharacters = 1024 * 1024;
const longestLine = 16 * 1024;

/** The last lines of a log, a million characters of them at most. */
export class RecentLines {
  #lines: string[] = [];
  #length = 0;

  add(line: string): void {
    const kept = line.slice(0, longestLine);
    this.#lines.push(kept);
    this.#length += kept.length;
    if (this.#length <= mostCharacters) return;
    // Half at a time: a log that is full must not be copied for each line.
    let from = 0;
    while (this.#length > mostCharacters / 2) this.#length -= this.#lines[from++]?.length ?? 0;
    this.#lines = this.#lines.slice(from);
  }

  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}

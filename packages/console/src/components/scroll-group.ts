/** Elements that scroll together, as far as each of them can. */
export class ScrollGroup {
  /** Each with where it was put last by the others; what a person does moves it elsewhere. */
  readonly #members = new Map<HTMLElement, number>();
  #isPutting = false;
  #leader: HTMLElement | undefined;

  /** @returns what takes it out again */
  join(member: HTMLElement): () => void {
    this.#members.set(member, member.scrollTop);
    const follow = (): void => this.#follow(member);
    member.addEventListener('scroll', follow, { passive: true });
    return () => {
      member.removeEventListener('scroll', follow);
      this.#members.delete(member);
      if (this.#leader === member) this.#leader = undefined;
    };
  }

  /** Puts all where the one is that a person moved last: what they hold may have become higher or lower since. */
  settle(): void {
    const leader = this.#leader ?? this.#members.keys().next().value;
    if (leader !== undefined && this.#members.has(leader)) this.#putOthers(leader);
  }

  #follow(moved: HTMLElement): void {
    if (this.#isPutting) return;
    const put = this.#members.get(moved);
    // The echo of having been put there: to pass it on would hold the others back where this one can't go on.
    if (put !== undefined && Math.abs(moved.scrollTop - put) < 1) return;
    this.#leader = moved;
    this.#putOthers(moved);
  }

  #putOthers(moved: HTMLElement): void {
    this.#members.set(moved, moved.scrollTop);
    this.#isPutting = true;
    for (const other of this.#members.keys()) {
      if (other === moved) continue;
      other.scrollTop = moved.scrollTop;
      this.#members.set(other, other.scrollTop);
    }
    this.#isPutting = false;
  }
}

/** In memory only, because what is typed may be a secret: gone with the window, and when its author signs out. */
const drafts = new Map<string, string>();

/** Texts that persons typed and have not saved, by author and by what they are about. */
export const typedTexts = {
  get: (author: string, about: string): string | undefined => drafts.get(`${author} ${about}`),
  set: (author: string, about: string, text: string): void => void drafts.set(`${author} ${about}`, text),
  drop: (author: string, about: string): void => void drafts.delete(`${author} ${about}`),
  forget: (): void => drafts.clear(),
};

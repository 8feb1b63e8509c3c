import { useState } from 'react';
import { useSession } from '../../api/session.ts';
import { typedTexts } from '../../api/typed-texts.ts';

/** A text that a person types. */
export interface Draft {
  /** Undefined where nothing was typed yet. */
  readonly text: string | undefined;
  readonly set: (text: string) => void;
  /** When it was saved, or is not wanted any more. */
  readonly drop: () => void;
}

/**
 * Keeps what a person types while he looks elsewhere, when a request fails, and over the end of a session: who signs in again finds it.
 *
 * @param about what the text is for, the same wherever it is shown
 */
export function useDraft(about: string): Draft {
  const author = useSession().data?.username ?? '';
  const [, setShown] = useState<string>();
  return {
    text: typedTexts.get(author, about),
    set(text) {
      typedTexts.set(author, about, text);
      setShown(text);
    },
    drop() {
      typedTexts.drop(author, about);
      setShown(undefined);
    },
  };
}

import { useState } from 'react';
import { useSession } from '../../api/session.ts';
import { typedTexts } from '../../api/typed-texts.ts';
import type { Answers, LayerAnswer } from './answers.ts';

const about = 'adoption';

/** What a person says of layers. */
export interface KeptAnswers {
  readonly answers: Answers;
  /** Undefined takes an answer back. */
  readonly set: (place: string, answer: LayerAnswer | undefined) => void;
  readonly forget: () => void;
}

/** Keeps it while they look elsewhere and over the end of a session, in memory only: values may hold secrets. */
export function useAnswersKept(): KeptAnswers {
  const author = useSession().data?.username ?? '';
  const [, setShown] = useState(0);
  const kept = typedTexts.get(author, about);
  const answers: Answers = new Map(kept === undefined ? [] : (JSON.parse(kept) as [string, LayerAnswer][]));
  return {
    answers,
    set(place, answer) {
      const next = new Map(answers);
      if (answer === undefined) next.delete(place);
      else next.set(place, answer);
      typedTexts.set(author, about, JSON.stringify([...next]));
      setShown((count) => count + 1);
    },
    forget: () => typedTexts.drop(author, about),
  };
}

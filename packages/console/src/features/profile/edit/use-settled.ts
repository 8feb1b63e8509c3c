import { useEffect, useState } from 'react';

const restMs = 400;

/** A text once nobody has typed for a moment, so that not each letter of it is asked about. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

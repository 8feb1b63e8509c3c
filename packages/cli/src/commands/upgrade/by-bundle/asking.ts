/** Whoever answers: a question in, what was typed out. */
export interface Asking {
  readonly ask: (question: string) => Promise<string>;
  readonly tell: (line: string) => void;
}

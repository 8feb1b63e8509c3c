/** The longest that a timer of Node.js can wait, some 25 days, in milliseconds: a longer one would fire at once. */
export const longestTimerMs = 2 ** 31 - 1;

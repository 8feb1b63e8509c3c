const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** A point in time in the reader's time zone; the exact UTC time is in its title. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {momentText(at)}
    </time>
  );
}

/** The same where there is only room for a text. */
export function momentText(at: string): string {
  return format.format(new Date(at));
}

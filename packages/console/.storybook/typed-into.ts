import { useArgs } from 'storybook/preview-api';

/**
 * What is typed into a field becomes its value, as on a page.
 *
 * @param args of the field's story
 * @returns the same with an `onChange` that keeps the value
 */
export function useTypedInto<Args extends { readonly value: unknown; readonly onChange: (value: never) => void }>(
  args: Args,
): Args {
  const [, update] = useArgs();
  const onChange = (value: Args['value']): void => {
    args.onChange(value as never);
    update({ value });
  };
  return { ...args, onChange };
}

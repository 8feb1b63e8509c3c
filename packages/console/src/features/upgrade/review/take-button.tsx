import { LockedButton } from '../../../components/locked-button.tsx';

interface TakeButtonProps {
  words: string;
  /** The path, for people. */
  path: string;
  /** The key that does the same. */
  hotkey?: string;
  isChosen?: boolean;
  disabledBecause: string | undefined;
  onTake: () => void;
}

/** Gives an answer to a conflict. */
export function TakeButton({ words, path, hotkey, isChosen, disabledBecause, onTake }: TakeButtonProps) {
  return (
    <LockedButton
      variant="secondary"
      size="sm"
      aria-label={`${words}: ${path}`}
      {...(isChosen === undefined ? {} : { 'aria-pressed': isChosen })}
      {...(hotkey === undefined ? {} : { 'aria-keyshortcuts': hotkey })}
      onClick={onTake}
      disabledBecause={disabledBecause}
    >
      {words}
      {/* Drawn by the style sheet: what is read out is the words alone. */}
      {hotkey !== undefined && <span className="hotkey" data-hotkey={hotkey} aria-hidden="true" />}
    </LockedButton>
  );
}

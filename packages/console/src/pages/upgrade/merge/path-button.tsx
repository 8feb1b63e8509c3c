import { Button } from '@patternfly/react-core';
import { type MergePath, pathText } from './resolutions.ts';

interface PathButtonProps {
  path: MergePath;
  onShow: () => void;
}

/** A path with its last key first, since that is what one looks for; shows the place in the three texts. */
export function PathButton({ path, onShow }: PathButtonProps) {
  const full = pathText(path);
  const lastKey = Math.max(
    0,
    path.findLastIndex((element) => typeof element === 'string'),
  );
  const parents = path.slice(0, lastKey);
  return (
    <Button variant="link" isInline className="path" onClick={onShow} aria-label={`Show ${full}`} title={full}>
      <span className="path-last">{pathText(path.slice(lastKey))}</span>
      {parents.length > 0 && <span className="path-parents">{pathText(parents)}</span>}
    </Button>
  );
}

import { Button } from '@patternfly/react-core';
import { type MergePath, pathText } from './resolutions.ts';

interface PathButtonProps {
  path: MergePath;
  onShow: () => void;
}

/** A path with its last key first, since that is what one looks for; shows the place in the three texts. */
export function PathButton({ path, onShow }: PathButtonProps) {
  const lastKey = Math.max(
    0,
    path.findLastIndex((element) => typeof element === 'string'),
  );
  const last = pathText(path.slice(lastKey));
  const place = lastKey === 0 ? '' : `in ${pathText(path.slice(0, lastKey))}`;
  return (
    <Button
      variant="link"
      isInline
      className="path"
      onClick={onShow}
      aria-label={`Show ${last} ${place}`.trim()}
      title={pathText(path)}
    >
      <span className="path-last">{last}</span> {place !== '' && <span className="path-parents">{place}</span>}
    </Button>
  );
}

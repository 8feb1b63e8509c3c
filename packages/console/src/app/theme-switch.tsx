import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { DesktopIcon, MoonIcon, SunIcon } from '@patternfly/react-icons';
import { chooseTheme, useThemeChoice } from './theme.ts';

const choices = [
  { choice: 'system', label: 'Colours as the system', icon: <DesktopIcon /> },
  { choice: 'light', label: 'Light colours', icon: <SunIcon /> },
  { choice: 'dark', label: 'Dark colours', icon: <MoonIcon /> },
] as const;

/** Dark, light, or as the system says. */
export function ThemeSwitch() {
  const current = useThemeChoice();
  return (
    <ToggleGroup aria-label="Colours" isCompact>
      {choices.map(({ choice, label, icon }) => (
        <ToggleGroupItem
          key={choice}
          aria-label={label}
          icon={icon}
          isSelected={current === choice}
          onChange={() => chooseTheme(choice)}
        />
      ))}
    </ToggleGroup>
  );
}

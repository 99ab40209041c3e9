// How the portal looks: colours, corners and sizes, light and dark. The local pages in local/ have the same colours as CSS variables.
// A business's own accent comes in as its branding.
import { createTheme, CSSVariablesResolver, defaultVariantColorsResolver, MantineColorsTuple } from '@mantine/core'
import type { Branding } from './brand'

const green: MantineColorsTuple = ['#eaf7f2', '#dff1ea', '#b4dfcf', '#86ccb3', '#5dbb9b', '#3da984', '#147d62', '#0b6650', '#084f3e', '#084a3a']
const red: MantineColorsTuple = ['#fdf1f0', '#fbe7e6', '#f3c1be', '#ee9b97', '#f08a86', '#d95550', '#c03a3a', '#a52222', '#8b1a1a', '#861818']
const orange: MantineColorsTuple = ['#fef7e8', '#fdf0d5', '#f6dca6', '#eec672', '#e6b24f', '#c58a1b', '#9b6407', '#7a4b00', '#6a4100', '#5b3800']
const blue: MantineColorsTuple = ['#eff4fe', '#e3ebfb', '#bfd0f4', '#9ab5ee', '#7c9ee9', '#4f7ada', '#3a66c9', '#2a51ab', '#21428c', '#1d3a7c']
// The dark page's greys lean to green, as the chat page's do: text, hints, borders, fields and cards, the page.
const dark: MantineColorsTuple = ['#e6efeb', '#c3cfca', '#93a59e', '#66776f', '#33423c', '#25312c', '#1b2521', '#121a17', '#0d1412', '#080d0b']

// The accent's shades are as bright as those of green (f/portal_api/branding_colours), so they are as readable; what is filled has the very accent, and on it
// black or white.
export const themeOf = ({ palette }: Branding) => createTheme({
  colors: { accent: palette ? (palette.shades as unknown as MantineColorsTuple) : green, green, red, orange, blue, dark },
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 6 },
  variantColorResolver: (input) => {
    const usual = defaultVariantColorsResolver(input)
    return palette && input.variant === 'filled' && (input.color ?? 'accent') === 'accent' ? { ...usual, color: palette.on } : usual
  },
  defaultRadius: 'md',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.6rem' }, h2: { fontSize: '1.1rem' }, h3: { fontSize: '0.95rem' } } },
  cursorType: 'pointer',
  respectReducedMotion: true, // whoever asks their system for less motion gets no fades
  components: {
    // What is required says so when it is missing.
    InputWrapper: { defaultProps: { withAsterisk: false, inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    // An alert interrupts whoever hears the page: only what has just gone wrong says so.
    Alert: { defaultProps: { role: 'note' } },
    Badge: { defaultProps: { variant: 'light', color: 'gray', tt: 'none', fw: 600, miw: 'max-content' } },
    ...(palette && { Checkbox: { defaultProps: { iconColor: palette.on } }, Radio: { defaultProps: { iconColor: palette.on } } }),
    Card: { defaultProps: { withBorder: true, padding: 'md', radius: 'lg' } },
    Textarea: { defaultProps: { autosize: true, minRows: 3, maxRows: 14 } },
    Tooltip: { defaultProps: { openDelay: 300 } },
  },
})

// Words, rings and lines are seen on the page, where the accent itself may not be.
const filledAs = (shade: number, { accent, palette }: Branding): Record<string, string> =>
  palette
    ? {
        '--mantine-primary-color-contrast': palette.on,
        '--mantine-color-accent-filled': accent!,
        '--mantine-color-accent-filled-hover': palette.hover,
        '--mantine-color-accent-text': `var(--mantine-color-accent-${shade})`,
        '--mantine-color-accent-outline': `var(--mantine-color-accent-${shade})`,
        '--mantine-color-accent-light-color': `var(--mantine-color-accent-${shade})`,
      }
    : {}

// Mantine's own greys for hints and errors are too light to read for some people.
export const variablesOf = (brand: Branding): CSSVariablesResolver => () => ({
  variables: {
    '--mantine-font-size-sm': '0.9rem',
    '--portal-mark': brand.palette ? `${brand.palette.hover}, ${brand.accent}` : '#16a07d, #0b6650',
  },
  light: {
    ...filledAs(7, brand),
    '--mantine-color-dimmed': '#55625c',
    '--mantine-color-placeholder': '#68756f',
    '--mantine-color-error': '#a52222',
    '--mantine-color-text': '#17211d',
    '--portal-ground': '#f4f6f5',
    '--portal-bubble-in': '#eaeeec',
    '--portal-card': 'var(--mantine-color-white)',
    '--portal-card-border': 'var(--mantine-color-gray-3)',
  },
  dark: {
    ...filledAs(6, brand),
    '--mantine-color-accent-text': 'var(--mantine-color-accent-4)',
    '--mantine-color-accent-light': brand.palette ? 'var(--mantine-color-accent-9)' : '#11493b',
    '--mantine-color-accent-light-color': 'var(--mantine-color-accent-3)',
    '--mantine-color-dimmed': '#a9b4af',
    '--mantine-color-placeholder': '#97a29d',
    '--mantine-color-error': '#f5a09c',
    '--mantine-color-text': dark[0],
    '--mantine-color-green-light': '#11493b',
    '--mantine-color-red-light': '#4a1d1b',
    '--mantine-color-orange-light': '#3d2d10',
    '--mantine-color-blue-light': '#1f2f59',
    '--mantine-color-gray-light': dark[4],
    '--mantine-color-green-light-color': green[3],
    '--mantine-color-red-light-color': red[2],
    '--mantine-color-orange-light-color': orange[2],
    '--mantine-color-blue-light-color': blue[2],
    '--portal-ground': 'var(--mantine-color-dark-8)',
    '--portal-bubble-in': 'var(--mantine-color-dark-5)',
    '--portal-card': 'var(--mantine-color-dark-6)',
    '--portal-card-border': 'var(--mantine-color-dark-4)',
  },
})

// What a figure's states arrive as (FORMAT.md names every key): gzipped JSON in base64, in which
// each part (a frame, a mark, a list of coordinates) is stored once and referred to by its number.
// Here it becomes scenes: a scene is a list of panels, a panel is {frame, marks}.

// Returns {scene, outlines}: scene(number) is the scene of a state; outlines() are those of all
// states, each once, without the marks that need no room outside a panel. What states share is
// made once.
export function unpack({ parts, states }) {
  const made = new Map();
  const once = (key, make) => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key);
  };
  const coordinates = (number) =>
    once(`list ${number}`, () => {
      let sum = 0;
      return parts[number].map((step) => (sum += step));
    });
  const mark = (number) =>
    once(number, () => {
      const read = { ...parts[number] };
      for (const key of ["x", "y"]) if (key in read) read[key] = coordinates(read[key]);
      for (const key of ["commands", "shape"]) if (key in read) read[key] = parts[read[key]];
      return read;
    });
  const panels = (state) =>
    state.map(([first, ...rest]) => ({ frame: parts[first], marks: rest.map(mark) }));
  const outline = ([first, ...rest]) => [
    first,
    ...rest.filter((number) => parts[number].kind === "text"),
  ];
  return {
    scene: (number) => panels(states[number]),
    outlines: () =>
      [...new Set(states.map((state) => JSON.stringify(state.map(outline))))].map((state) =>
        panels(JSON.parse(state)),
      ),
  };
}

export async function unzip(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

// What a figure's states arrive as: gzipped JSON in base64, in which each part (a frame, a mark,
// a list of coordinates) is stored once and referred to by its number. Here it becomes scenes:
// a scene is a list of panels, a panel is {frame, marks}, with words for keys.

// The short keys of the packed form, for each kind of part.
const PEN = {
  s: "stroke",
  so: "strokeOpacity",
  w: "width",
  d: "dashes",
  f: "fill",
  fo: "fillOpacity",
};
const ANY = { ...PEN, nc: "unclipped", n: "name" };
const MARKS = {
  p: ["path", { ...ANY, x: "x", y: "y", c: "commands" }],
  m: ["markers", { ...ANY, x: "x", y: "y", sh: "shape" }],
  t: [
    "text",
    {
      ...ANY,
      at: "at",
      sh: "shift",
      t: "words",
      z: "size",
      ha: "align",
      va: "valign",
      r: "turn",
      b: "bold",
      bg: "ground",
    },
  ],
  a: [
    "arrow",
    { ...ANY, a: "from", b: "to", sh: "shift", h: "heads", rad: "bend", words: "label" },
  ],
  i: ["image", { ...ANY, box: "box", src: "source" }],
};
const AXIS = {
  l: "label",
  lim: "limits",
  sc: "scale",
  lin: "linear",
  at: "places",
  tx: "texts",
  mi: "minor",
  of: "offset",
  g: "grid",
  src: "source",
};
const FRAME = { t: "title", sp: "spines", ar: "aspect", x: "x", y: "y", lg: "legend", cb: "bar" };

function rename(part, keys) {
  const renamed = {};
  for (const key in keys) if (part[key] !== undefined) renamed[keys[key]] = part[key];
  return renamed;
}

function readMark(part) {
  const [kind, keys] = MARKS[part.k];
  const mark = { kind, ...rename(part, keys) };
  if (mark.ground) mark.ground = rename(mark.ground, PEN);
  return mark;
}

function readFrame(part) {
  const frame = rename(part, FRAME);
  for (const side of ["x", "y", "bar"]) if (frame[side]) frame[side] = rename(frame[side], AXIS);
  frame.legend = frame.legend?.map(([words, marks]) => [words, marks.map(readMark)]);
  return frame;
}

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
      const read = readMark(parts[number]);
      if (read.x !== undefined) {
        Object.assign(read, { x: coordinates(read.x), y: coordinates(read.y) });
        if (read.commands !== undefined) read.commands = parts[read.commands];
        if (read.shape !== undefined) read.shape = parts[read.shape];
      }
      return read;
    });
  const frame = (number) => once(number, () => readFrame(parts[number]));
  const panels = (state) =>
    state.map(([first, ...rest]) => ({ frame: frame(first), marks: rest.map(mark) }));
  const outline = ([first, ...rest]) => [
    first,
    ...rest.filter((number) => parts[number].k === "t"),
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

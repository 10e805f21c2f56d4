// A text of the table of words, with what is given in its {places}.
export const fill = (text, given) => text.replace(/\{(\w+)\}/g, (_, name) => given[name]);

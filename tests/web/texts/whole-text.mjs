// Takes each text between spaces for one word, so that the index has no part of it.
export const tokenize = (text) => text.split(' ');

// Exact numbers arrive as text and stay text: only drawing turns them into floating point.

const DECIMAL = /^-?\d+(\.\d+)?$/;

function sumExactly(values) {
  // The sum of decimal texts as text, without the error of floating point.
  const texts = values.map(String);
  if (!texts.every((text) => DECIMAL.test(text))) return String(texts.reduce((sum, text) => sum + Number(text), 0));
  const places = Math.max(0, ...texts.map((text) => (text.split(".")[1] || "").length));
  const total = texts.reduce((sum, text) => sum + scaled(text, places), 0n);
  if (!places) return String(total);
  const digits = String(total < 0n ? -total : total).padStart(places + 1, "0");
  return (total < 0n ? "-" : "") + digits.slice(0, -places) + "." + digits.slice(-places);
}

function scaled(text, places) {
  const [whole, decimals = ""] = text.split(".");
  return BigInt(whole + decimals.padEnd(places, "0"));
}

function isKnown(value) {
  return value !== null && value !== undefined;
}

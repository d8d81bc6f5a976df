// The names that turn up here; any other stays `:name:`.

const TABLE = {
  "+1": "👍",
  thumbsup: "👍",
  "-1": "👎",
  thumbsdown: "👎",
  alarm_clock: "⏰",
  bell: "🔔",
  bulb: "💡",
  calendar: "📅",
  clock1: "🕐",
  eyes: "👀",
  fire: "🔥",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  heavy_check_mark: "✔️",
  information_source: "ℹ️",
  key: "🔑",
  lock: "🔒",
  unlock: "🔓",
  memo: "📝",
  no_entry: "⛔",
  ok_hand: "👌",
  point_right: "👉",
  pray: "🙏",
  pushpin: "📌",
  question: "❓",
  red_circle: "🔴",
  large_green_circle: "🟢",
  large_yellow_circle: "🟡",
  raised_hands: "🙌",
  rocket: "🚀",
  rotating_light: "🚨",
  shield: "🛡️",
  siren: "🚨",
  slightly_smiling_face: "🙂",
  smile: "😄",
  speech_balloon: "💬",
  tada: "🎉",
  thinking_face: "🤔",
  ticket: "🎫",
  warning: "⚠️",
  wave: "👋",
  white_check_mark: "✅",
  x: "❌",
  zap: "⚡",
  heart: "❤️",
  exclamation: "❗",
};

/** What can be put on a message, the two that the bot listens to first. */
export const OFFERED = ["rotating_light", "pushpin", "eyes", "white_check_mark", "+1", "tada", "thinking_face", "pray"];

export const glyph = (name) => TABLE[name] ?? `:${name}:`;

export const known = (name) => name in TABLE;

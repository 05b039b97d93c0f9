"""The reasons for which a row is put aside, each with its name and its words."""

from __future__ import annotations

from ltv.text import Text

RULES: dict[str, Text] = {
    "missing_value": Text("缺少必填值", "a required value is missing"),
    "wrong_type": Text("类型错误", "not of the column's type"),
    "not_finite": Text("不是有限数值", "not a finite number"),
    "not_allowed": Text("不在允许的取值内", "not one of the values allowed"),
    "out_of_range": Text("超出允许范围", "outside the range allowed"),
    "in_future": Text("时间在未来", "later than the start of the run"),
    "before_earliest": Text("时间过早", "earlier than the earliest time allowed"),
    "wrong_currency": Text("币种不符", "in another currency than the workspace's"),
    "lost_digits": Text("编号丢失精度", "an identifier stored as a floating-point number, its last digits are lost"),
    "key_conflict": Text("主键冲突", "the same key as an earlier row with other content and no later updated_at"),
    "row_too_short": Text("列数不足", "fewer fields than the header"),
    "row_too_long": Text("列数过多", "more fields than the header"),
    "unclosed_quote": Text("引号未闭合", "a quote that is never closed"),
    "text_after_quote": Text("引号后有多余文字", "text after a closing quote"),
    "stray_carriage_return": Text("多余的回车符", "a carriage return inside a field without quotes"),
    "field_too_long": Text("字段过长", "a field that is too long to be a value"),
    "nul_byte": Text("含有空字节", "a NUL byte"),
    "line_too_long": Text("行过长", "a line that is too long to be a row"),
    "not_json": Text("不是有效的 JSON", "not valid JSON"),
    "not_an_object": Text("不是 JSON 对象", "not a JSON object"),
    "duplicate_key": Text("键重复", "a key twice in one object"),
    "empty_key": Text("键名为空", "a key without a name"),
    "wrong_id": Text(
        "编号长度或字符不对", "an identifier of the wrong length, or with other characters than hexadecimal digits"
    ),
    "wrong_attributes": Text("属性形式不对", "attributes that are not keys with a value each"),
    "not_a_span": Text("不是 OTLP 链路跨度", "not a span as OTLP has it"),
    "truncated": Text("文件被截断", "a message that breaks off"),
    "undecodable": Text("无法解码", "bytes that are not text in the file's encoding"),
}


def words(rule: str) -> Text:
    """The words of a rule; a rule without words speaks for itself."""
    return RULES.get(rule, Text(rule, rule))

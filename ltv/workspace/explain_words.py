"""The words that explain a person."""

from __future__ import annotations

from ltv.text import Text

KINDS = {
    "member": Text("会员号", "member number"),
    "customer": Text("客户号", "customer number"),
    "unionid": Text("unionid", "unionid"),
    "openid": Text("openid", "openid"),
    "phone_hmac": Text("手机号", "phone number"),
    "email_hmac": Text("邮箱", "e-mail address"),
    "device": Text("设备", "device"),
    "cookie": Text("cookie", "cookie"),
}
# In the order in which they tell most about a person.
REASONS = {
    "by_limit": Text("会让此人超出会员号上限", "the person would have too many accounts"),
    "in_turn": Text("多人先后使用，只在轮到此人时算", "used by several in turn: counts only in this person's time"),
    "too_many_neighbours": Text("关联对象过多，不作依据", "too many neighbours to be evidence"),
    "with_junk": Text("无效值，不代表任何人", "a junk value, stands for nobody"),
    "with_itself": Text("与自身关联，不说明什么", "seen with itself, which proves nothing"),
    "met_on_shared": Text("只在共用的标识上遇到，是别人的", "met on something shared only: somebody else's"),
}
WORDS = {
    "joined": Text(
        "用户 {user} 有 {n} 个标识：{kinds}。它们一起出现过 {times} 次，所以算同一个人；最早见于 {since}。",
        "User {user} has {n} {n:identifier|identifiers}: {kinds}. They were seen together {times} times, so they count as one person; "
        "first seen on {since}.",
    ),
    "alone": Text(
        "用户 {user} 有 {n} 个标识：{kinds}。没有和别的标识一起归到此人的记录；最早见于 {since}。",
        "User {user} has {n} {n:identifier|identifiers}: {kinds}. Nothing was seen together with them that is the same person's; first "
        "seen on {since}.",
    ),
    "cut": Text(
        "还有 {n} 个标识与其一起出现过，但不算这个人的，或只有部分时间算：{reasons}。",
        "{n} {n:identifier was|identifiers were} seen with these but {n:is|are} not this person's, or only some of the time: {reasons}.",
    ),
    "nothing_cut": Text("没有别的标识与其一起出现过。", "No other identifier was seen with these."),
    "nobody": Text("还没有任何标识归到人。", "No identifier is anybody's yet."),
    "identifiers_title": Text("为什么用户 {user} 是同一个人", "Why user {user} is one person"),
    "cut_title": Text("哪些没有算作这个人，为什么", "What was cut off, and why"),
    "identifier": Text("标识（哈希）", "Identifier (hashed)"),
    "from": Text("从（UTC）", "From (UTC)"),
    "until": Text("到（UTC）", "Until (UTC)"),
    "rule": Text("规则", "Rule"),
    "confidence": Text("置信度", "Confidence"),
    "seen_with": Text("一起出现的类型", "Seen with"),
    "times": Text("次数", "Times"),
    "last": Text("最近一次（UTC）", "Last (UTC)"),
    "reason": Text("原因", "Why"),
    "own": Text("与此人的哪个标识", "Seen with this person's"),
    "neighbours": Text("一起出现过的标识数", "Seen with so many"),
    "people": Text("归过几个人", "People who have it"),
    "other": Text("现归用户", "Of user"),
}

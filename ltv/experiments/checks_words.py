"""What the checks say."""

from __future__ import annotations

from ltv.text import Text

NAMES: dict[str, Text] = {
    "srm": Text("样本比例", "Split of people"),
    "arms": Text("各组人数", "Arms"),
    "several": Text("进入多个组的人", "People in several arms"),
    "dates": Text("曝光时间", "Time of exposure"),
    "order": Text("先曝光后下单", "Exposure before outcome"),
    "assigned": Text("曝光与分流一致", "Shown as assigned"),
    "before": Text("实验前是否一致", "Alike before"),
    "early": Text("看得太早", "Too-early look"),
    "aa": Text("A/A 误报率", "False alarms in A/A"),
    "coupled": Text("与其他实验独立", "Independence of other tests"),
}
RULES: dict[str, Text] = {
    "srm": Text(
        "全部组的卡方检验；p < 0.001 即判定失衡，不给结论。",
        "Chi-square over all arms; p < 0.001 blocks every conclusion.",
    ),
    "arms": Text("计划中的每个组都要有人。", "Every arm of the plan must have people."),
    "several": Text(
        "以首次曝光的组为准；超过 1% 提醒，超过 10% 不给结论。",
        "The first exposure counts; a warning above 1%, no conclusion above 10%.",
    ),
    "dates": Text(
        "开始前曝光的人不计入；结束后才曝光的人不计入；无法识别的曝光超过 5% 提醒。",
        "People exposed before the start or after the end are left out; a warning where over 5% of exposures are of nobody known.",
    ),
    "order": Text(
        "曝光前一天的订单不应远多于曝光后一天（4 倍以上不给结论）。",
        "Orders of the day before must not be many more than of the day after (no conclusion above 4 times).",
    ),
    "assigned": Text(
        "按盐重新计算分流，与曝光的组对照；九成以上一致才视为由本系统分流。",
        "The variant of the salt against the one shown; only where nine of ten agree does the salt assign.",
    ),
    "before": Text(
        "比较曝光前 28 天的消费、订单与活跃天数；Holm 校正后 p < 0.001 提醒。",
        "Value, orders and active days of the 28 days before, adjusted by Holm; a warning at p < 0.001.",
    ),
    "early": Text(
        "每组 200 人走完观察窗口、运行中的实验满一周，才下结论。",
        "No decision before 200 people of every arm have shown the metric, and of a running test before a whole week.",
    ),
    "aa": Text(
        "把同一批人反复随机分成两半，5% 水平的检验应约 5% 报警。",
        "The same people split in two at random again and again: a 5% test should alarm about 5% of the time.",
    ),
    "coupled": Text(
        "同一批人在两个实验中的分组应相互独立；卡方 p < 0.000001 不给结论。",
        "Arms of people who are in two tests must be independent; no conclusion at chi-square p < 0.000001.",
    ),
}
WHY: dict[str, Text] = {
    "srm": Text(
        "样本比例失衡：{shares}，计划为 {plan}（{p}）。缺失的人不是随机的，任何差异都不可信；先检查分流与曝光日志。",
        "Sample ratio mismatch: {shares} where the plan is {plan} ({p}). Who is missing is not missing by chance, so no "
        "difference can be trusted; check assignment and exposure logging first.",
    ),
    "srm_fine": Text("{shares}；与计划 {plan} 一致（{p}）。", "{shares}; as planned, {plan} ({p})."),
    "arm_empty": Text("没有人进入：{arms}。", "Nobody was exposed to {arms}."),
    "arm_renamed": Text(
        "没有人进入 {arms}，却有人在计划之外的组：{others}。",
        "Nobody was exposed to {arms}, but people are in arms that the plan does not know: {others}.",
    ),
    "arm_unknown": Text(
        "有人在计划之外的组，未计入：{others}。", "People in arms that the plan does not know are left out: {others}."
    ),
    "arms_fine": Text("{n} 个组都有人。", "All {n} arms have people."),
    "several": Text(
        "{n} 人（{share}）见过多个组，按首次曝光计。",
        "{n} {n:person|people} ({share}) met several arms; the first one counts.",
    ),
    "dates": Text(
        "开始前曝光 {early} 人，结束后曝光 {late} 人，无法识别的曝光 {nobody} 次。",
        "{early} {early:person|people} exposed before the start, {late} after the end, {nobody} {nobody:exposure|exposures} of nobody known.",
    ),
    "order": Text(
        "曝光前一天 {before} 单，后一天 {after} 单。",
        "{before} {before:order|orders} in the day before exposure, {after} in the day after.",
    ),
    "order_turned": Text(
        "曝光在结果之后：曝光前一天有 {before} 单，后一天只有 {after} 单。曝光日志是事后写入的，无法衡量效果。",
        "Exposures come after the outcome: {before} {before:order|orders} in the day before exposure, only {after} in the day after. "
        "The log is written after the fact, so there is no effect in it.",
    ),
    "assigned": Text(
        "{all} 个标识中有 {n} 个看到的组与分流结果不同。",
        "{n} of {all} ids {n:was|were} shown another variant than they are assigned to.",
    ),
    "assigned_elsewhere": Text("由其他系统分流，无法核对。", "Assigned by something else, so it cannot be compared."),
    "before_nothing": Text(
        "曝光前没有任何行为可比较（新用户）。", "Nothing to compare: nobody was there before (new users)."
    ),
    "before": Text("实验前各组一致（最小校正 {p}）。", "The arms were alike before (smallest adjusted {p})."),
    "before_off": Text(
        "实验前就不一致：{variant} 的{what}（z = {z}，校正 {p}）。以 CUPED 校正后的结果为准，并检查分流。",
        "Not alike before: {what} of {variant} (z = {z}, adjusted {p}). Trust the results after CUPED, and check assignment.",
    ),
    "pre_value": Text("曝光前 28 天消费", "value of the 28 days before"),
    "pre_orders": Text("曝光前 28 天订单", "orders of the 28 days before"),
    "pre_active": Text("曝光前 28 天活跃天数", "active days of the 28 days before"),
    "early": Text(
        "只运行了 {days}，还不满一周：现在的数字还不能用来决定。",
        "It has run {days} only, less than a whole week: too early to decide on these figures.",
    ),
    "few": Text(
        "最小的组只有 {n} 人走完观察窗口，不到 200 人。",
        "The smallest arm has {n} {n:person|people} whose window is over, fewer than 200.",
    ),
    "enough": Text("最小的组 {n} 人。", "The smallest arm has {n} {n:person|people}."),
    "late": Text(
        "已运行 {days}，最小的组 {n} 人。", "It has run {days}, with {n} {n:person|people} in the smallest arm."
    ),
    "aa": Text(
        "{metric}：{n} 次随机对分中 {rate} 误报（95% 区间 {low}–{high}）。",
        "{metric}: {rate} of {n} random splits alarmed (95% interval {low}–{high}).",
    ),
    "aa_off": Text(
        "{metric}：{n} 次随机对分中 {rate} 误报（{low}–{high}），与 5% 不符：少数人左右了总额，参考截尾与重尾结果。",
        "{metric}: {rate} of {n} random splits alarmed ({low}–{high}), which is not 5%: a few people move the sum, see the "
        "results without the largest values and with a heavy tail.",
    ),
    "coupled": Text(
        "分组与实验“{other}”绑在一起（{p}）：两者的效果分不开。给其中一个换盐重新分流。",
        "Its arms go with those of “{other}” ({p}): the two effects cannot be told apart. Give one of them another salt.",
    ),
    "independent": Text(
        "与 {n} 个共享人群的实验分组独立。",
        "Its arms are independent of those of {n} {n:test|tests} with the same people.",
    ),
    "alone": Text("没有与其他实验共享足够的人。", "It shares too few people with other tests to matter."),
}

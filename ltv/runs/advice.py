"""What to do about a notebook that stopped, in words for those who see its page."""

from __future__ import annotations

from ltv.text import Text

_GENERAL = Text(
    "其余页面不受影响。请数据科学家打开同名的 .failed.ipynb 查看该单元格，修正后运行 ltv run --resume。",
    "The other pages are not affected. A data scientist opens the .failed.ipynb of the same name, mends the cell and "
    "runs ltv run --resume.",
)
_BY_STATE = {
    "timeout": Text(
        "该笔记本超时。可以提高 notebook_timeout_s，或缩小参数范围后运行 ltv run --resume。",
        "The notebook took too long. Raise notebook_timeout_s or narrow its parameters, then run ltv run --resume.",
    ),
    "killed": Text(
        "执行进程被终止，常见原因是内存不足。可以降低 memory_mb 或 --jobs，再运行 ltv run --resume。",
        "Its process was ended, most often for want of memory. Lower memory_mb or --jobs, then run ltv run --resume.",
    ),
}
_BY_ERROR = {
    "UsageError": Text(
        "参数或设置有误，信息里写明了允许的取值；修正后运行 ltv run --resume。",
        "A parameter or a setting is wrong; the message says what is allowed. Mend it and run ltv run --resume.",
    ),
    "DataRefusedError": Text("输入数据不符合约定，请运行 ltv check。", "The input breaks the contract; run ltv check."),
    "CorruptError": Text(
        "存储的文件已损坏，请用 ltv run --force 重新生成该日期。",
        "A stored file is damaged; make the date anew with ltv run --force.",
    ),
}


def advice(error: str, state: str) -> Text:
    """What to do about an error of a kind, or about a notebook that was ended.

    Args:
        error: class name of the error.
        state: how the notebook ended.
    """
    return _BY_STATE.get(state) or _BY_ERROR.get(error) or _GENERAL

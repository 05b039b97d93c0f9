"""Finding out an encoding: what decides, what is refused, and what a few broken bytes cost."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard

from ltv.errors import DataRefusedError, UsageError
from ltv.sources.chinese import reads_as_chinese
from ltv.sources.compressed import read_blocks
from ltv.sources.encoding import Decoder, attempt, find_encoding
from ltv.sources.text import TextFile, open_csv, open_json_lines

CITIES = ["北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "西安"]
CHINESE = "订单号,城市,备注\n" + "".join(f"A{i},{CITIES[i % 8]},已支付，谢谢\n" for i in range(100))
ASCII = "id,city,note\n" + "".join(f"A{i},London,paid\n" for i in range(5_000))


@pytest.fixture
def save(tmp_path: Path):
    def write(content: bytes, name: str = "input.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def values(file: TextFile) -> list[tuple[str | None, ...]]:
    table = pa.Table.from_batches(file.batches(), schema=file.schema)
    return [tuple(row[name] for name in file.columns) for row in table.to_pylist()]


def expected(text: str) -> list[tuple[str, ...]]:
    return [tuple(line.split(",")) for line in text.splitlines()[1:]]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize(
    ("codec", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", b"\xff\xfe\0\0", "utf-32-le"),
        ("gb18030", b"", "gb18030"),
        ("gb18030", b"\x84\x31\x95\x33", "gb18030"),
    ],
)
def test_chinese_text_is_read_the_same_in_every_encoding(save, codec, mark, found, pack):
    path = save(pack(mark + CHINESE.encode(codec)))
    file = open_csv(path)
    assert file.encoding == found
    assert file.columns == ("订单号", "城市", "备注")
    assert values(file) == expected(CHINESE)
    assert not file.bad


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "gb18030"])
def test_json_lines_are_read_the_same_in_every_encoding(save, codec):
    text = "".join(f'{{"城市": "{city}", "n": {i}}}\r\n' for i, city in enumerate(CITIES))
    file = open_json_lines(save(text.encode(codec)))
    assert values(file) == [(city, str(i)) for i, city in enumerate(CITIES)]
    assert not file.bad


def test_the_encoding_can_be_given_back_as_the_declared_one(save):
    for codec in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        path = save(CHINESE.encode(codec))
        found = find_encoding(path)
        assert find_encoding(path, declared=found) == found


# What is GB18030 and what is not

KOREAN = "id,city\n" + "".join(f"{i},{c}\n" for i in range(30) for c in ["서울", "부산", "대구", "인천", "광주"])
JAPANESE = "id,name\n" + "".join(
    f"{i},{c}\n" for i in range(30) for c in ["東京 レディース", "大阪 スニーカー", "京都 水筒"]
)
TAIWANESE = "id,city\n" + "".join(
    f"{i},{c}\n" for i in range(30) for c in ["臺北", "高雄", "新竹", "女士純棉短袖", "運動鞋"]
)
FRENCH = "id,ville\n" + "".join(
    f"{i},{c}\n" for i in range(30) for c in ["Orléans", "Besançon", "Nîmes", "Saint-Étienne"]
)
RUSSIAN = "id,city\n" + "".join(f"{i},{c}\n" for i in range(30) for c in ["Москва", "КАЗАНЬ", "ОМСК", "Тула"])


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (KOREAN, "cp949"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (TAIWANESE, "big5"),
        (FRENCH, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
    ],
)
def test_another_encoding_is_refused_until_it_is_named(save, text, codec):
    data = text.encode(codec)
    path = save(data)
    offset = next(i for i, byte in enumerate(data) if byte > 0x7F)
    with pytest.raises(DataRefusedError) as refused:
        open_csv(path)
    assert f"input.csv: the byte at offset {offset} is not UTF-8" in str(refused.value)
    assert 'encoding = "' in str(refused.value)
    file = open_csv(path, encoding=codec)
    assert values(file) == expected(text)


@pytest.mark.parametrize(
    "words",
    [
        ["已支付", "待付款", "已退款", "已取消"],
        ["女士纯棉短袖T恤", "男士运动鞋 42码", "儿童保温杯500ml", "无线蓝牙耳机Pro"],
        ["王伟", "李娜", "张秀英", "欧阳娟", "刘淼鑫"],
        ["浙江省杭州市西湖区文三路 100 号", "北京市朝阳区建国路 88 号"],
        ["这件衣服质量不错，物流很快，下次还会购买", "一般般吧。"],
    ],
)
def test_everyday_chinese_in_gb18030_is_recognised(save, words):
    text = "order_id,text\n" + "".join(f"{i},{words[i % len(words)]}\n" for i in range(200))
    assert find_encoding(save(text.encode("gb18030"))) == "gb18030"


def test_chinese_column_names_are_enough_to_recognise_gb18030(save):
    text = "订单号,时间,金额,状态\n" + "".join(f"{i},2024-01-05,{i}.90,paid\n" for i in range(200))
    assert find_encoding(save(text.encode("gb18030"))) == "gb18030"


def test_two_characters_are_too_few_to_tell(save):
    path = save("id,city\n1,北京\n".encode("gb18030"))
    with pytest.raises(DataRefusedError, match="offset 10"):
        find_encoding(path)
    assert find_encoding(path, declared="gbk") == "gbk"


def test_text_that_merely_decodes_is_not_chinese():
    assert reads_as_chinese("北京,上海,广州")
    assert not reads_as_chinese("")
    assert not reads_as_chinese("Müller, Café".encode("cp1252").decode("gb18030", "ignore"))
    assert not reads_as_chinese("안녕하세요 만나서 반갑습니다".encode("cp949").decode("gb18030"))


# A few broken bytes


def test_one_broken_line_among_thousands_costs_itself(save):
    lines = [*CHINESE.encode().splitlines() * 20]
    lines[1000] = b"A999,\xe5\x8c,x"  # a character cut short
    file = open_csv(save(b"\n".join(lines)))
    assert file.encoding == "utf-8"
    assert len(values(file)) == len(lines) - 2
    assert [(bad.line, bad.rule) for bad in file.bad] == [(1001, "undecodable")]
    assert file.bad[0].text == r"A999,\xe5\x8c,x"


def test_one_broken_line_in_a_file_of_plain_ascii_costs_itself(save):
    file = open_csv(save(ASCII.encode() + b"A1,Orl\xe9ans,x\nA2,York,y\n"))
    assert file.encoding == "utf-8"
    assert values(file)[-1] == ("A2", "York", "y")
    assert [(bad.line, bad.rule) for bad in file.bad] == [(5002, "undecodable")]


def test_a_broken_byte_in_json_lines_costs_its_line(save):
    lines = ['{"城市": "北京市朝阳区"}'.encode()] * 100
    lines[5] = b'{"\xe5\x9f\x8e\xe5\xb8\x82": "\xff"}'
    file = open_json_lines(save(b"\n".join(lines)))
    assert len(values(file)) == 99
    assert [(bad.line, bad.rule) for bad in file.bad] == [(6, "undecodable")]


def test_a_cut_character_does_not_hide_that_a_file_is_gb18030(save):
    lines = CHINESE.encode("gb18030").splitlines()
    lines[50] = lines[50][:5] + b",x,y"
    file = open_csv(save(b"\n".join(lines)))
    assert file.encoding == "gb18030"
    assert len(values(file)) == 99
    assert [(bad.line, bad.rule) for bad in file.bad] == [(51, "undecodable")]


def test_half_a_character_at_the_end_of_utf16_costs_the_last_line(save):
    file = open_csv(save(CHINESE.encode("utf-16") + "A,b,".encode("utf-16-le") + b"\x17"))
    assert len(values(file)) == 100
    assert [(bad.line, bad.rule) for bad in file.bad] == [(102, "undecodable")]


def test_two_files_of_different_encodings_put_together_are_refused(save):
    with pytest.raises(DataRefusedError, match="offset"):
        find_encoding(save(CHINESE.encode() + CHINESE.encode("gb18030")))


def test_a_file_in_another_encoding_is_given_up_without_reading_it_all(save):
    path = save(CHINESE.encode("gb18030") * 1_000)
    assert attempt(path, "utf-8").lines < 90_000
    assert find_encoding(path) == "gb18030"


# What is declared


def test_a_declared_encoding_that_does_not_decode_is_refused_with_the_offset(save):
    path = save("id,city\n1,北京\n".encode("gb18030"))
    with pytest.raises(DataRefusedError, match=r"input\.csv: the byte at offset 10 is not utf-8, as encoding = 'utf8'"):
        open_csv(path, encoding="utf8")
    with pytest.raises(DataRefusedError, match="offset 3 is not ascii"):
        open_csv(save("id\n京\n".encode()), encoding="ascii")


def test_a_declared_encoding_still_lets_a_broken_byte_cost_its_line_only(save):
    file = open_csv(save(ASCII.encode() + b"A1,\xff,x\n"), encoding="utf-8")
    assert len(values(file)) == 5_000
    assert [bad.rule for bad in file.bad] == ["undecodable"]


def test_a_byte_order_mark_goes_before_what_is_declared(save):
    file = open_csv(save(CHINESE.encode("utf-8-sig")), encoding="gb18030")
    assert file.encoding == "utf-8-sig"
    assert values(file) == expected(CHINESE)


def test_a_broken_file_with_a_byte_order_mark_is_refused(save):
    with pytest.raises(DataRefusedError, match="offset 3 is not utf-8-sig, as its byte order mark says"):
        open_csv(save(b"\xef\xbb\xbf" + CHINESE.encode("gb18030")))


@pytest.mark.parametrize("name", ["utf-9", "gb", "", "base64", "rot13"])
def test_an_encoding_that_does_not_exist_is_a_usage_error(save, name):
    with pytest.raises(UsageError, match="encoding: found"):
        open_csv(save(b"a,b\n"), encoding=name)


def test_utf16_without_a_mark_needs_its_byte_order_where_it_does_not_show(save):
    path = save("订单编号\n北京市朝阳区\n".encode("utf-16-le"))
    with pytest.raises(DataRefusedError, match="utf-16-le"):
        find_encoding(path, declared="utf-16")
    assert values(open_csv(path, encoding="utf-16-le")) == [("北京市朝阳区",)]
    assert find_encoding(save(b"\xff\xfe" + "订单\n".encode("utf-16-le")), declared="utf-16") == "utf-16-le"


def test_zero_bytes_here_and_there_do_not_make_a_file_utf16(save):
    file = open_csv(save(b"a,b\n" + b"1,\0\n2,x\n" * 10))
    assert file.encoding == "utf-8"
    assert len(values(file)) == 10
    assert {bad.rule for bad in file.bad} == {"nul_byte"}


# Blocks


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5", "cp932"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_a_character_may_be_cut_by_the_end_of_a_block(save, codec, size):
    data = "東京,a\n大阪,b\n".encode(codec)
    decoder = Decoder(codec)
    parts = [decoder.decode(block, final=False) for block in read_blocks(save(data), block_bytes=size)]
    assert "".join(text for text, _ in [*parts, decoder.decode(b"", final=True)]) == "東京,a\n大阪,b\n"
    assert decoder.first_broken is None


@pytest.mark.parametrize(("codec", "bad"), [("utf-8", b"\xff"), ("gb18030", b"\xff"), ("utf-16-le", b"\x00\xdc")])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 100])
def test_the_first_broken_byte_is_found_whatever_the_blocks(codec, bad, size):
    good = "東京,a\n大阪".encode(codec)
    data = good + bad + ",b\n".encode(codec) + bad
    decoder = Decoder(codec)
    text = "".join(decoder.decode(data[at : at + size], final=False)[0] for at in range(0, len(data), size))
    text += decoder.decode(b"", final=True)[0]
    assert decoder.first_broken == len(good)
    assert text.startswith("東京,a\n大阪")
    assert text.count(",b\n") == 1

import PosternCore

print("x")

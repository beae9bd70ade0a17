from ${{ values.package }} import data, model

if __name__ == "__main__":
    learned = model.fit(data.split()[0])
    learned.save("model.json")
    print(learned)

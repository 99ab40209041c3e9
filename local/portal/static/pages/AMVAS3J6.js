import{j as a}from"./V2J537TG.js";import"./4SKVZOBL.js";import"./I2QLW7Z4.js";import"./5LCPVLPE.js";import"./JEVDSCCN.js";import"./4OB3ZKUJ.js";import"./45GWE4C6.js";export{a as default};
